import { levelName } from '../../../lib/contracts/index.js';

describe('levelName', () => {
  test.each([
    ['jobs', 0, 'jobs'],
    ['jobs', 2, 'jobs--p2'],
    ['jobs.fifo', 0, 'jobs.fifo'],
    ['jobs.fifo', 15, 'jobs--p15.fifo'],
    [
      'https://sqs.eu-west-1.amazonaws.com/1/jobs.fifo',
      1,
      'https://sqs.eu-west-1.amazonaws.com/1/jobs--p1.fifo',
    ],
    ['http://127.0.0.1:1/1/jobs/', 1, 'http://127.0.0.1:1/1/jobs--p1/'],
    ['arn:aws:sqs:eu-west-1:123456789012:jobs', 3, 'arn:aws:sqs:eu-west-1:123456789012:jobs--p3'],
  ])('of %s and level %i is %s', (queue, level, name) =>
    expect(levelName(queue, level)).toBe(name),
  );
});
