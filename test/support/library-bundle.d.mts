export function bundleLibrary(): Promise<string>;
