/** URL of this file; the package check replaces it where modules are CommonJS. */
export const here = import.meta.url;
