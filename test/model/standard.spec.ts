import { modelCheck } from './check.js';

describe('Model', () => {
  modelCheck('nothing is lost, whatever happens: standard', { isFifo: false, fifoFailure: 'hold' });
});
