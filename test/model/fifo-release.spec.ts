import { modelCheck } from './check.js';

describe('Model', () => {
  modelCheck('nothing is lost, whatever happens: fifo-release', {
    isFifo: true,
    fifoFailure: 'release',
  });
});
