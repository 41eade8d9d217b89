import { modelCheck } from './check.js';

describe('Model', () => {
  modelCheck('nothing is lost, whatever happens: fifo-hold', { isFifo: true, fifoFailure: 'hold' });
});
