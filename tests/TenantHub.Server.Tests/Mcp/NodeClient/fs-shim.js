// The conformance suite imports a function that Node has since version 22; these scenarios do not use it.
import fs from "node:fs";
export * from "node:fs";
export default fs;
export const globSync = fs.globSync ?? (() => []);
