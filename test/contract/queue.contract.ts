interface Sender {
  enqueue(messages: readonly unknown[], delaySeconds: number): Promise<void>;
}

interface OpenQueue {
  readonly queue: Sender;
  /** Takes every message that is visible now. */
  readonly receive: () => Promise<readonly unknown[]>;
  readonly wait: (seconds: number) => Promise<void>;
}

/** What every queue does. @param open an empty queue */
export function queueContract(open: () => Promise<OpenQueue>): void {
  test('delivers every message whole, in any order', async () => {
    const { queue, receive } = await open();
    const messages = Array.from({ length: 40 }, (_unused, step) => ({ step, text: 'ä "quoted" \u2028' }));
    await queue.enqueue(messages, 0);
    const received = (await receive()) as typeof messages;
    expect([...received].sort((a, b) => a.step - b.step)).toEqual(messages);
  });

  test('keeps a message back for its delay', async () => {
    const { queue, receive, wait } = await open();
    await queue.enqueue([{ late: true }], 1);
    await queue.enqueue([{ late: false }], 0);
    expect(await receive()).toEqual([{ late: false }]);
    await wait(1.2);
    expect(await receive()).toEqual([{ late: true }]);
  });

  test('takes nothing, and the longest delay', async () => {
    const { queue, receive } = await open();
    await queue.enqueue([], 0);
    await queue.enqueue([{ next: 'week' }], 604_800);
    expect(await receive()).toEqual([]);
  });
}
