/** Asks ahead for at most so many tasks, and gives the answers in the order of the tasks, each as soon as it can be given. */
export async function* inOrder<Task, Answer>(tasks: AsyncIterable<Task>, answer: (task: Task) => Promise<Answer>, ahead: number): AsyncGenerator<Answer> {
  const pending: Promise<Answer>[] = []
  const input = tasks[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Task>> | null = null
  let open = true
  while (open || pending.length > 0) {
    const [first] = pending
    if (open && pending.length < ahead) next ??= input.next()
    const ready: 'answer' | IteratorResult<Task> = await Promise.race([...(next ? [next] : []), ...(first ? [first.then(() => 'answer' as const)] : [])])
    if (ready === 'answer') {
      pending.shift()
      if (first) yield first
    } else {
      next = null
      if (ready.done) open = false
      else pending.push(asked(answer(ready.value)))
    }
  }
}

/** What goes wrong before its turn is heard of at its turn. */
function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  answer.catch(() => undefined)
  return answer
}
