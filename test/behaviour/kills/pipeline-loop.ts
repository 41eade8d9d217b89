import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../../lib/contracts/index.js';
import { startEmbedded, type EmbeddedService } from '../../support/embedded.js';
import { countsOf } from '../../support/faulty-queue.js';
import { Ledger } from '../../support/ledger.js';
import { Children, type Child } from '../../support/process.js';
import { seededRandom } from '../../support/signals.js';
import { INPUTS, SOURCE_SLOTS, STAGES, type StageName } from './pipeline-facts.js';
import { go, kill } from './two-workers.js';

export interface PipelineLoopOptions {
  itemCount: number;
  killCount: number;
  /** Decides which process is killed, and when. */
  seed: number;
  onKill?: (killed: number, stage: string) => void;
}

export interface PipelineLoopSummary {
  itemCount: number;
  /** Items whose sending the source knows of. */
  madeCount: number;
  /** How often the last stage was done with an item; more than `itemCount` by the repetitions. */
  doneCount: number;
  /** Made and never at the end, although all queues are empty. */
  missing: readonly string[];
  repeatedCount: number;
  /** What the killed processes had in hand, summed: only that may come to the end again. */
  inFlightAtKills: number;
  kills: Readonly<Record<string, number>>;
}

/** Three processes, one for each stage; again and again one of them is killed with SIGKILL, and another takes its place. */
export async function pipelineLoop(options: PipelineLoopOptions): Promise<PipelineLoopSummary> {
  const service = await startEmbedded();
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-loop-'));
  const crew = new Crew({ options, service, folder });
  try {
    return await run(options, crew);
  } finally {
    await crew.stop();
    await service.close();
    await rm(folder, { recursive: true });
  }
}

async function run(options: PipelineLoopOptions, crew: Crew): Promise<PipelineLoopSummary> {
  const { itemCount, killCount, seed, onKill } = options;
  const random = seededRandom(seed);
  const kills: Record<string, number> = { 'line.make': 0, 'line.square': 0, 'line.end': 0 };
  let inFlightAtKills = 0;
  await crew.start();
  for (let killed = 0; killed < killCount; killed++) {
    // Spread over nine tenths of all steps, so that there is work left for whoever comes after the last kill.
    const steps = itemCount * STAGES.length * 0.9;
    await crew.hasDone(((killed + random()) / killCount) * steps);
    const stage = STAGES[Math.floor(random() * STAGES.length)] ?? 'line.end';
    inFlightAtKills += await crew.replace(stage);
    kills[stage] = (kills[stage] ?? 0) + 1;
    onKill?.(killed + 1, stage);
  }
  await crew.allEnded();
  return { ...crew.summary(), inFlightAtKills, kills };
}

interface CrewFacts {
  options: PipelineLoopOptions;
  service: EmbeddedService;
  folder: string;
}

/** The processes: one at work for each stage, and one that is ready to take its place. */
class Crew {
  private readonly children = new Children();
  private readonly made: Ledger;
  private readonly done: Ledger;
  private readonly atWork = new Map<StageName, Child>();
  private readonly ready = new Map<StageName, Child>();
  private readonly everyone: Child[] = [];

  constructor(private readonly facts: CrewFacts) {
    this.made = new Ledger(join(facts.folder, 'made'));
    this.done = new Ledger(join(facts.folder, 'done'));
  }

  async start(): Promise<void> {
    for (const stage of STAGES) this.prepare(stage);
    for (const stage of STAGES) await this.send(stage);
  }

  /** Resolves once so many lines were said, by all together. */
  async hasDone(lines: number): Promise<void> {
    const said = () => this.everyone.reduce((sum, child) => sum + child.lines.length, 0);
    while (said() < lines) await pause(5);
  }

  /** Kills who is at work; answers what it had in hand. */
  async replace(stage: StageName): Promise<number> {
    const victim = this.atWork.get(stage);
    if (victim !== undefined) await kill(victim);
    const inFlight = await this.inFlightOf(stage);
    await this.send(stage);
    return inFlight;
  }

  /** Everything was made, and no queue holds anything: asked in the order in which items go. */
  async allEnded(): Promise<void> {
    const { itemCount } = this.facts.options;
    while (new Set(this.made.read().done).size < itemCount) await pause(50);
    for (const queue of ['line-make', 'line-square']) await this.untilEmpty(queue);
  }

  summary() {
    const { itemCount } = this.facts.options;
    const expected = Array.from({ length: itemCount }, (_, index) => String(index));
    const report = this.done.read();
    const doneCount = report.done.length;
    return {
      itemCount,
      madeCount: new Set(this.made.read().done).size,
      doneCount,
      missing: report.missing(expected),
      repeatedCount: doneCount - new Set(report.done).size,
    };
  }

  stop(): Promise<void> {
    return this.children.stopAll();
  }

  private prepare(stage: StageName): void {
    const { options, service } = this.facts;
    const args = [stage, String(options.itemCount), this.made.path, this.done.path];
    const child = this.children.start(stageChild, {
      args,
      env: { SQS_EMBEDDED_URL: service.endpoint },
    });
    this.ready.set(stage, child);
    this.everyone.push(child);
  }

  private async send(stage: StageName): Promise<void> {
    const child = this.ready.get(stage);
    if (child === undefined) throw new Error(`nobody is ready for ${stage}`);
    this.prepare(stage);
    this.atWork.set(stage, child);
    await go(child);
  }

  private async inFlightOf(stage: StageName): Promise<number> {
    const input = INPUTS[stage];
    if (input === undefined) return SOURCE_SLOTS;
    const { gateway } = this.facts.service;
    try {
      return (await countsOf(gateway, await gateway.getQueueUrl(input))).inFlight;
    } catch (error) {
      // It was killed before it had made its queue.
      if (error instanceof GatewayError && error.kind === 'queue-not-found') return 0;
      throw error;
    }
  }

  private async untilEmpty(queue: string): Promise<void> {
    const { gateway } = this.facts.service;
    const url = await gateway.getQueueUrl(queue);
    for (;;) {
      const { visible, inFlight } = await countsOf(gateway, url);
      if (visible + inFlight === 0) return;
      await pause(50);
    }
  }
}

const stageChild = new URL('./fixtures/stage-child.ts', import.meta.url);
