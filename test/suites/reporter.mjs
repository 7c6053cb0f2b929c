/** A reporter for `node --test`: a line of JSON for each test. */

/** What was expected and what came, for assertions; the message and the stack for everything else. */
function describe(error) {
  const cause = error?.cause ?? error;
  if (cause === undefined || cause === null) return '';
  const lines = [String(cause.message ?? cause)];
  if (cause.code === 'ERR_ASSERTION' && cause.generatedMessage !== true) {
    lines.push(`expected: ${text(cause.expected)}`, `got: ${text(cause.actual)}`);
  }
  const place = String(cause.stack ?? '')
    .split('\n')
    .find((line) => /^\s+at .*(file:|\/)/.test(line) && !line.includes('node:'));
  if (place !== undefined) lines.push(place.trim());
  return lines.join('\n');
}

function text(value) {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const error = data.details?.error;
    // Of a group of tests (`describe`), only what went wrong beside its tests counts.
    const isGroup = data.details?.type === 'suite';
    if (isGroup && (type === 'test:pass' || error?.failureType === 'subtestsFailed')) continue;
    const skipped = data.skip !== undefined && data.skip !== false;
    const outcome = type === 'test:fail' ? 'failed' : skipped ? 'skipped' : 'passed';
    const result = { name: data.name, file: data.file ?? data.name, outcome, detail: '' };
    if (outcome === 'failed') result.detail = describe(error);
    yield `${JSON.stringify(result)}\n`;
  }
}
