import { modelCheck } from './check.js';

describe('Model', () => {
  modelCheck('nothing is lost, whatever happens: fifo-wait', { isFifo: true, fifoFailure: 'wait' });
});
