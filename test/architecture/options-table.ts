import { z } from 'zod';
import {
  deadLetterSchema,
  moduleSchema,
  isolateShape,
  longTaskSchema,
  optionFacts,
  type OptionFacts,
  producerSchema,
  repliesSchema,
  queueShape,
  taskHandlerSchema,
  workerQueueSchema,
  workerSchema,
  workerStageSchema,
} from '../../lib/contracts/options/schema/index.js';
import {
  pipelineSchema,
  sourceSchema,
  stageSchema,
} from '../../lib/features/pipelines/pipeline-options.js';
import { switchesSchema } from '../../lib/testing/testing-options.js';
import { clientSchema } from '../../lib/nest/client/client-options.js';
import { processBatchSchema } from '../../lib/consumer/options/process-batch-options.js';
import {
  exponentialSchema,
  gaussianSchema,
  linearSchema,
} from '../../lib/consumer/retry/backoff-options.js';

interface Section {
  title: string;
  intro: string;
  schema: z.ZodObject;
}

const sections: readonly Section[] = [
  { title: 'Module', intro: '`SqsModule.forRoot({ … })`', schema: moduleSchema() },
  {
    title: 'Queue',
    intro: 'An entry of `queues` in `forRoot()`, and `SqsModule.registerQueue({ … })`',
    schema: queueShape(),
  },
  { title: 'Dead letters', intro: '`deadLetter` of a queue', schema: deadLetterSchema() },
  { title: 'Producer', intro: '`producer` of `forRoot()`', schema: producerSchema() },
  { title: 'Replies', intro: '`replies` of `forRoot()`', schema: repliesSchema() },
  {
    title: 'Worker',
    intro: '`sqsWorker({ … })`; the options of a worker queue may stand here for all its queues',
    schema: workerSchema(),
  },
  {
    title: 'Worker queue',
    intro: 'An entry of `queues` in `sqsWorker()`; it beats what the worker says',
    schema: workerQueueSchema(),
  },
  {
    title: 'Worker stage',
    intro: 'An entry of `stages` in `sqsWorker()`; it beats what the decorator of the stage says',
    schema: workerStageSchema(),
  },
  { title: 'Pipeline', intro: '`@SqsPipeline({ … })`', schema: pipelineSchema() },
  { title: 'Source', intro: '`@Source({ … })`', schema: sourceSchema() },
  { title: 'Stage', intro: '`@Stage({ … })`', schema: stageSchema() },
  {
    title: 'Handler',
    intro: 'The options of the task decorators; they beat what the worker says',
    schema: taskHandlerSchema(),
  },
  {
    title: 'Long task',
    intro: 'Further options of `@SqsTask()` and `@SqsRawTask()`',
    schema: longTaskSchema(),
  },
  {
    title: 'Isolated task',
    intro: '`isolate` of `@SqsTask()`',
    schema: isolateShape(),
  },
  {
    title: 'Client',
    intro: 'The options of `ClientSqs` in `ClientsModule.register()`',
    schema: clientSchema(),
  },
  {
    title: 'Testing',
    intro: '`SqsTestingModule.forRoot({ … })`, beside all options of the module',
    schema: switchesSchema(),
  },
  {
    title: 'processBatch()',
    intro:
      'The options of `SqsConsumer.processBatch()`, and of `processBatch()` of the testing kit',
    schema: processBatchSchema(),
  },
  { title: 'exponential()', intro: 'A backoff for `retry()`', schema: exponentialSchema() },
  { title: 'linear()', intro: 'A backoff for `retry()`', schema: linearSchema() },
  { title: 'gaussianExponential()', intro: 'A backoff for `retry()`', schema: gaussianSchema() },
];

/** The text of `docs/reference/options.md`, made from the option schemas. */
export function renderOptionsPage(): string {
  return [
    '# Options',
    'Every option, as the code checks it at start. `UPDATE_DOCS=1 npm run layers` rewrites this page from the schemas.',
    ...sections.map(renderSection),
  ]
    .join('\n\n')
    .concat('\n');
}

/** Options that lack what the table needs. */
export function undescribedOptions(): string[] {
  return sections.flatMap(({ title, schema }) =>
    entriesOf(schema)
      .filter(([, facts]) => facts === undefined || facts.description === '')
      .map(([name]) => `${title}: ${name}`),
  );
}

function renderSection({ title, intro, schema }: Section): string {
  const rows = entriesOf(schema).map(([name, facts]) => row(name, facts));
  return [
    `## ${title}\n\n${intro}.\n`,
    '| Property | Range | Default | Description | Cost |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function entriesOf(schema: z.ZodObject): [string, OptionFacts | undefined][] {
  const shape: Record<string, z.core.$ZodType> = schema.shape;
  return Object.entries(shape).map(([name, option]) => [
    name,
    optionFacts.get(option as z.ZodType),
  ]);
}

function row(name: string, facts: OptionFacts | undefined): string {
  const cells = [
    `\`${name}\``,
    facts?.range ?? facts?.expected ?? '',
    facts?.default ?? '',
    facts?.description ?? '',
    facts?.cost ?? '',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
