"""Static traffic assignment: how much flows on each link when nobody can do better by another way.

problem (links, trips) -> trees (all or nothing) -> frank_wolfe | path_flows | stochastic -> Assignment
"""

from cosmopolis.demand.assignment.costs import BPR, Conical, LinkCost, Marginal
from cosmopolis.demand.assignment.frank_wolfe import frank_wolfe
from cosmopolis.demand.assignment.path_flows import path_equilibrium
from cosmopolis.demand.assignment.problem import Assignment, LinkGraph, Problem, problem_of
from cosmopolis.demand.assignment.stochastic import stochastic_equilibrium
from cosmopolis.demand.assignment.streets import edge_times, street_problem

__all__ = [
    "BPR",
    "Assignment",
    "Conical",
    "LinkCost",
    "LinkGraph",
    "Marginal",
    "Problem",
    "edge_times",
    "frank_wolfe",
    "path_equilibrium",
    "problem_of",
    "stochastic_equilibrium",
    "street_problem",
]
