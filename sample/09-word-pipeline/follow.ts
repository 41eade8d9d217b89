import type { SqsPipelines } from 'nestjs-sqs-tasks';

/** Shows how far a stage of this process is; answers what it has returned once there is so much of it. */
export async function follow<Output>(
  pipelines: SqsPipelines,
  stage: string,
  count: number,
): Promise<Output[]> {
  const outputs: Output[] = [];
  for await (const output of pipelines.results<Output | null>(stage)) {
    if (output === null) continue;
    outputs.push(output);
    console.log(`[${stage}] ${outputs.length} of ${count}`);
    if (outputs.length === count) break;
  }
  return outputs;
}
