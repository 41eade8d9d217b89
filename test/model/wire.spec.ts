import { modelCheck } from './check.js';

describe('Model, over HTTP', () => {
  modelCheck('standard', { isFifo: false, fifoFailure: 'hold' }, 'wire');
  modelCheck('FIFO, hold', { isFifo: true, fifoFailure: 'hold' }, 'wire');
  modelCheck('FIFO, release', { isFifo: true, fifoFailure: 'release' }, 'wire');
  modelCheck('FIFO, wait', { isFifo: true, fifoFailure: 'wait' }, 'wire');
  modelCheck('three levels', { isFifo: false, fifoFailure: 'hold', priorities: 3 }, 'wire');
  modelCheck('two FIFO levels', { isFifo: true, fifoFailure: 'hold', priorities: 2 }, 'wire');
});
