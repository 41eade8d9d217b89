/** The worker's configuration. */
export class Scale {
  constructor(readonly factor: number) {}
}
