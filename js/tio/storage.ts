var TEN_YEARS = 10 * 365 * 24 * 3600;

/** A place for short texts. */
export interface Storage {
  read(key: string): string | null;
  write(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** Returns the first of the places that really keeps what is written; the page may forbid any of them. */
export function firstWorking(places: Array<() => Storage>): Storage {
  for (var i = 0; i < places.length; i++) {
    try {
      var place = places[i]!();
      if (keeps(place)) return guarded(place);
    } catch (forbidden) {
      continue;
    }
  }
  return inMemory();
}

function keeps(place: Storage): boolean {
  place.write("tio_probe", "1");
  var kept = place.read("tio_probe") === "1";
  place.remove("tio_probe");
  return kept;
}

/** What the place does not take any more (it is full, or was forbidden meanwhile) is kept until the page goes. */
function guarded(place: Storage): Storage {
  var memory = inMemory();

  function attempt<T>(work: () => T, otherwise: T): T {
    try {
      return work();
    } catch (forbidden) {
      return otherwise;
    }
  }

  function write(key: string, value: string): void {
    var kept = attempt(() => {
      place.write(key, value);
      return true;
    }, false);
    if (kept) memory.remove(key);
    else memory.write(key, value);
  }

  function read(key: string): string | null {
    var kept = memory.read(key);
    return kept === null ? attempt(() => place.read(key), null) : kept;
  }

  function remove(key: string): void {
    memory.remove(key);
    attempt(() => place.remove(key), undefined);
  }

  return { read, write, remove, keys: () => attempt(place.keys, []) };
}

/** localStorage or sessionStorage; given by a function because merely touching it may throw. */
export function webStorage(get: () => globalThis.Storage): () => Storage {
  return () => {
    var storage = get();
    return {
      read: (key) => storage.getItem(key),
      write: (key, value) => storage.setItem(key, value),
      remove: (key) => storage.removeItem(key),
      keys: () => Object.keys(storage),
    };
  };
}

/** Cookies of this host, readable by the page only. */
export function cookies(page: { cookie: string }, secure: boolean): () => Storage {
  function put(key: string, value: string, maxAge: number): void {
    page.cookie = key + "=" + value + "; path=/; max-age=" + maxAge + "; SameSite=Lax" + (secure ? "; Secure" : "");
  }
  return () => ({
    read: (key) => {
      var found = new RegExp("(?:^|; )" + key + "=([^;]*)").exec(page.cookie);
      return found ? decodeURIComponent(found[1]!) : null;
    },
    write: (key, value) => put(key, encodeURIComponent(value), TEN_YEARS),
    remove: (key) => put(key, "", 0),
    keys: () => page.cookie.split("; ").map((each) => each.split("=")[0]!),
  });
}

/** Kept until the page goes. */
export function inMemory(): Storage {
  var kept: Record<string, string> = Object.create(null);
  return {
    read: (key) => (key in kept ? kept[key]! : null),
    write: (key, value) => {
      kept[key] = value;
    },
    remove: (key) => {
      delete kept[key];
    },
    keys: () => Object.keys(kept),
  };
}

/** Removes all keys that begin with the prefix. */
export function clear(place: Storage, prefix: string): void {
  place.keys().forEach((key) => {
    if (key.slice(0, prefix.length) === prefix) place.remove(key);
  });
}
