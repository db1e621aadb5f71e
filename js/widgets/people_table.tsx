// A list of people, a page at a time: Python is asked for each page.
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton, TextField } from "./parts/fields.tsx";
import { instant, number, plural } from "./parts/format.ts";
import { ask, type Model, tell, useTrait, widget } from "./parts/host.tsx";
import { Icon } from "./parts/icons.tsx";

interface Person {
  person_id: unknown;
  distinct_id: string;
  email: string | null;
  last_action: string | null;
  last_seen: number | null;
}

interface Page {
  rows: Person[];
  total: number;
}

const SIZE = 50;

function PeopleTable({ model }: { model: Model }) {
  const [list] = useTrait<number>(model, "lists");
  const [title] = useTrait<string>(model, "title");
  const [closable] = useTrait<boolean>(model, "closable");
  return (
    <section class="tnb-card" key={list}>
      <header class="tnb-people-head">
        <h2>{title}</h2>
        {closable && <IconButton icon="close" label="Close the list" onClick={() => tell(model, "close")} />}
      </header>
      <Pages model={model} title={title} />
    </section>
  );
}

function usePage(model: Model, offset: number, search: string): { page: Page | null; busy: boolean; failed: boolean } {
  const [state, setState] = useState<{ page: Page | null; busy: boolean; failed: boolean }>({
    page: null,
    busy: true,
    failed: false,
  });
  useEffect(() => {
    let current = true;
    setState((before) => ({ ...before, busy: true, failed: false }));
    ask<Page>(model, "page", { offset, limit: SIZE, search }).then(
      (page) => current && setState({ page, busy: false, failed: false }),
      () => current && setState((before) => ({ ...before, busy: false, failed: true })),
    );
    return () => {
      current = false;
    };
  }, [model, offset, search]);
  return state;
}

function Pages({ model, title }: { model: Model; title: string }) {
  const [offset, setOffset] = useState(0);
  const [search, setSearch] = useState("");
  const { page, busy, failed } = usePage(model, offset, search);
  const top = useRef<HTMLDivElement>(null);
  const turn = (by: number) => {
    setOffset(offset + by);
    top.current?.scrollIntoView({ block: "nearest" });
  };
  const find = (text: string) => {
    setSearch(text);
    setOffset(0);
  };
  return (
    <div ref={top} aria-busy={busy}>
      <div class="tnb-people-tools">
        <label class="tnb-search tnb-field">
          <Icon name="search" size={14} />
          <TextField label="Search by ID or email" placeholder="Search by ID or email" type="search" value={search} onChange={find} />
        </label>
        <span class="tnb-state" role="status">
          {busy ? "Loading…" : page && plural(page.total, "person", "people")}
        </span>
      </div>
      {failed && <p class="tnb-problem">This page of the list could not be read.</p>}
      {page === null ? busy && <div class="tnb-skeleton tnb-skeleton-rows" /> : <Rows model={model} title={title} page={page} />}
      {page !== null && page.total > SIZE && <Turner {...{ offset, total: page.total, busy, turn }} />}
    </div>
  );
}

function Rows({ model, title, page }: { model: Model; title: string; page: Page }) {
  const [zone] = useTrait<string>(model, "zone");
  if (page.rows.length === 0) return <p class="tnb-void">Nobody here.</p>;
  return (
    <div class="tnb-scroll" tabIndex={0} role="region" aria-label={title}>
      <table class="tnb-table tnb-people-table">
        <thead>
          <tr>
            <th scope="col">ID</th>
            <th scope="col">Email</th>
            <th scope="col">Last action</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map((person) => (
            <tr key={String(person.person_id)}>
              <th scope="row" class="tnb-id">
                {person.distinct_id}
              </th>
              <td>{person.email ?? <span class="tnb-missing">no email</span>}</td>
              <td>{person.last_action ?? <span class="tnb-missing">none</span>}</td>
              <td>{person.last_seen === null ? "" : instant(person.last_seen, zone)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Turner(props: { offset: number; total: number; busy: boolean; turn(by: number): void }) {
  const { offset, total, busy, turn } = props;
  const last = Math.min(offset + SIZE, total);
  return (
    <nav class="tnb-turner" aria-label="Pages of people">
      <button type="button" class="tnb-button" disabled={busy || offset === 0} onClick={() => turn(-SIZE)}>
        Previous
      </button>
      <span>
        {number(offset + 1)}–{number(last)} of {number(total)}
      </span>
      <button type="button" class="tnb-button" disabled={busy || last >= total} onClick={() => turn(SIZE)}>
        Next
      </button>
    </nav>
  );
}

export default widget(PeopleTable, "tnb-people");
