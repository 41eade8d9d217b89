import { cases, skewedOneByOne } from './cases.js';
import { atOnce, isLean, observe, type Line } from './observe.js';
import { ScriptedService } from './scripted-service.js';

describe('The lean path and the SDK, side by side', () => {
  let service: ScriptedService;

  beforeAll(async () => {
    service = await ScriptedService.start();
    // The retry strategy draws its delays by lot; so none is longer than nothing.
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await service.close();
  });

  describe.each(['handler', 'undici'] as const)('%s', (line) => {
    test.each(cases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
      const expected = await observe('sdk', service, each);
      expect(service.seen.some(isLean)).toBe(false);
      expect(await observe(line, service, each)).toEqual(expected);
      // The first attempt is ours; what follows a failure is the SDK's.
      const [first, ...others] = service.seen;
      expect(isLean(first)).toBe(first !== undefined && each.isLeft !== true);
      expect(others.some(isLean)).toBe(false);
    });

    test('calls that a wrong clock fails at once are repeated as by the SDK, whichever corrects it', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      const expected = await repeatedAtOnce('sdk', service);
      expect(await repeatedAtOnce(line, service)).toEqual(expected);
      vi.useRealTimers();
    });
  });
});

/** Five calls at once that all find the clock wrong, in one millisecond as the dates tell. */
async function repeatedAtOnce(line: Line, service: ScriptedService) {
  service.play([skewedOneByOne(5)]);
  const ended = await atOnce(line, service.endpoint, 5);
  const good = ended.filter(({ status }) => status === 'fulfilled').length;
  return { good, requests: service.seen.length };
}
