/** What the server said: `ok` with details, or the error. */
export interface Answer {
  ok: boolean;
  error?: { code: string; message: string };
  [detail: string]: unknown;
}

export function failure(code: string, message: string): Answer {
  return { ok: false, error: { code, message } };
}

interface Outcome {
  index: number;
  [detail: string]: unknown;
}

/** Returns the answer to each of so many messages, or undefined if no server of ours wrote this text. */
export function answersOf(text: string, status: number, messages: number): Answer[] | undefined {
  var said = objectOf(text);
  if (status < 200 || status > 299) {
    return repeated(said.error ? said : failure("http_" + status, "the server answered " + status), messages);
  }
  // A page of HTML with status 200 is a hotel's login page.
  if (!Array.isArray(said.results) || !Array.isArray(said.rejected)) return undefined;
  var answers = repeated({ ok: true }, messages);
  said.results.forEach((told: Outcome) => {
    Object.keys(told).forEach((name) => {
      if (name !== "index") answers[told.index]![name] = told[name];
    });
  });
  said.rejected.forEach((why: Outcome) => {
    answers[why.index] = failure(String(why.code), String(why.message));
  });
  return answers;
}

function objectOf(text: string): Answer {
  try {
    return JSON.parse(text) || {};
  } catch (unreadable) {
    return { ok: false };
  }
}

function repeated(answer: Answer, times: number): Answer[] {
  var answers: Answer[] = [];
  while (answers.length < times) answers.push(JSON.parse(JSON.stringify(answer)));
  return answers;
}
