import { bundleLibrary } from './library-bundle.mjs';

/** Before all tests: their children find the library by this variable (see ts-loader.mjs). */
export default async function setup(): Promise<void> {
  process.env['TEST_LIBRARY'] = await bundleLibrary();
}
