import { SKIP, Source, SqsPipeline, SqsWorkers, Stage } from '../../../lib/index.js';

const ALL = ['apple', 'brook', 'rhythm', 'ocean', 'idea'];

/** What `count` says of them, sorted. */
export const COUNTED = ['apple: 2', 'brook: 2', 'idea: 3', 'ocean: 3'];

/** The pipeline of these tests: as many words as there are, then nothing more; one of them ends after `reduce`. */
@SqsPipeline({ name: 'words' })
export class Words {
  readonly reduced: string[] = [];
  readonly counted: string[] = [];
  private madeCount = 0;

  constructor(readonly workers: SqsWorkers) {}

  @Source({ concurrency: 2 })
  generate(): string | null {
    return ALL[this.madeCount++] ?? null;
  }

  @Stage({ concurrency: 2 })
  reduce(word: string): [string, string] | typeof SKIP {
    this.reduced.push(word);
    const vowels = word.replaceAll(/[^aeiou]/g, '');
    return vowels === '' ? SKIP : [word, vowels];
  }

  @Stage({ concurrency: 16 })
  count([word, vowels]: [string, string]): [string, number] {
    this.counted.push(`${word}: ${vowels.length}`);
    return [word, vowels.length];
  }
}
