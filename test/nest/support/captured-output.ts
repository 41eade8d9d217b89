/** What a piece of work writes to the standard output and error, whole; nothing of it is shown. */
export async function outputOf(work: () => unknown): Promise<{ out: string; err: string }> {
  const written = { out: '', err: '' };
  await captured(work, (to, text) => (written[to] += text));
  return written;
}

/** The same, in the order in which it was written. */
export async function chunksOf(work: () => unknown): Promise<string[]> {
  const chunks: string[] = [];
  await captured(work, (_to, text) => chunks.push(text));
  return chunks;
}

async function captured(
  work: () => unknown,
  take: (to: 'out' | 'err', text: string) => unknown,
): Promise<void> {
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      take('out', String(text));
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      take('err', String(text));
      return true;
    }),
  ];
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

export function jsonLines(text: string): Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
