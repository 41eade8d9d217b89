import { Source, SqsPipeline, Stage } from 'nestjs-sqs-tasks';

/** A word and its vowels. */
export type Reduced = [word: string, vowels: string];
/** A word and how many vowels it has. */
export type Counted = [word: string, count: number];

const WORDS = ['apple', 'banana', 'cherry', 'elephant', 'island', 'juniper', 'rhythm', 'orange'];

/** How many of them have at most seven letters. */
export const SHORT_WORD_COUNT = 7;

/** generate a word → reduce it to its vowels → count them. */
@SqsPipeline({ name: 'words' })
export class Words {
  private generatedCount = 0;

  /** `null` makes no item: for words that are too long, and when there are no more. */
  @Source({ intervalMs: 20 })
  generate(maxSize: number): string | null {
    const word = WORDS[this.generatedCount++];
    return word === undefined || word.length > maxSize ? null : word;
  }

  @Stage({ concurrency: 2 })
  reduce(word: string, keep = 'vowels'): Reduced {
    return [word, word.replaceAll(keep === 'vowels' ? /[^aeiou]/g : /[aeiou]/g, '')];
  }

  @Stage({ concurrency: 16 })
  count([word, vowels]: Reduced): Counted {
    return [word, vowels.length];
  }
}
