declare module "virtual:figures" {
  /** Where the file of all figures' surfaces is. */
  const address: string;
  export default address;
}
