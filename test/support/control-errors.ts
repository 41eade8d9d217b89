import { CONTROL_ERROR, type ControlSignal } from '../../lib/contracts/index.js';

/** What handlers throw to choose an outcome, for specs of the engine without Nest. */
export function controlError(signal: ControlSignal): Error {
  return Object.assign(new Error(`chose ${signal.kind}`), { [CONTROL_ERROR]: signal });
}
