var TEN_YEARS = 10 * 365 * 24 * 3600;

/** A place for short texts. */
export interface Storage {
  read(key: string): string | null;
  write(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/**
 * Returns one place made of several: each text lies in the first that keeps it. The page may forbid any of them, they may
 * be full, or become so; what none of them keeps is kept until the page goes. Reading writes nothing.
 */
export function layered(given: Array<() => Storage>): Storage {
  var places: Storage[] = [];
  given.forEach((get) => attempt(() => places.push(get()), 0));
  places.push(inMemory());

  function read(key: string): string | null {
    for (var i = 0; i < places.length; i++) {
      var kept = attempt(() => places[i]!.read(key), null);
      if (kept !== null) return kept;
    }
    return null;
  }

  function write(key: string, value: string): void {
    var done = false;
    places.forEach((place) => {
      if (done) return attempt(() => place.remove(key), undefined);
      done = attempt(() => {
        place.write(key, value);
        return place.read(key) === value;
      }, false);
      if (!done) attempt(() => place.remove(key), undefined);
    });
  }

  function remove(key: string): void {
    places.forEach((place) => attempt(() => place.remove(key), undefined));
  }

  function keys(): string[] {
    return places.reduce((all, place) => all.concat(attempt(place.keys, [])), [] as string[]);
  }

  return { read, write, remove, keys };
}

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (forbidden) {
    return otherwise;
  }
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
