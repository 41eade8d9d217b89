import { modelCheck } from './check.js';

describe('Model', () => {
  modelCheck('nothing is lost, whatever happens: three levels', {
    isFifo: false,
    fifoFailure: 'hold',
    priorities: 3,
  });

  modelCheck('nothing is lost, and groups keep their order: two FIFO levels', {
    isFifo: true,
    fifoFailure: 'hold',
    priorities: 2,
  });
});
