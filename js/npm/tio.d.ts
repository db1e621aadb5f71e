/** What the server said of a call. The promise of a call fulfils with it and never rejects. */
export interface Answer {
  /** True: it is stored. */
  ok: boolean;
  error?: { code: string; message: string };
  /** `identify`: whether the visitor's history became the person's. */
  merged?: boolean;
  /** There was nothing to do. */
  unchanged?: boolean;
  /** It was stored before. */
  duplicate?: boolean;
}

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Properties or arguments: `null` removes a property, what is undefined is left out. */
export interface Values {
  [name: string]: Json | undefined;
}

/** What is in a cart: its total, its products, and anything else. */
export interface Cart extends Values {
  totalprice?: number;
  products?: Array<{ name: string; price: number; [more: string]: Json }>;
}

export interface MessengerConfig {
  icon?: string;
  welcomeText?: string;
  headerIcon?: string;
  headerText?: string;
  positionX?: "left" | "right";
  positionY?: "top" | "bottom";
  iconMargin?: { X?: string; Y?: string; x?: string; y?: string };
  display?: boolean;
}

export interface Tio {
  /** From now on this is the person `personId`; `sign` proves it. A visitor's history comes along. */
  identify(personId: string | number, sign?: string): Promise<Answer>;
  /** Sets properties of the person; those not mentioned stay. */
  setProperties(properties: Values): Promise<Answer>;
  /** Records that the person did something. */
  track(eventName: string, args?: Values): Promise<Answer>;
  /** Records a page view; the library does so by itself unless `pageViews` is false. */
  page(properties?: Values): Promise<Answer>;
  /** Two ids are one person from now on, known as `destId`. */
  alias(srcId: string, destId: string, destSign?: string): Promise<Answer>;
  /** The person has this in the cart. */
  setCart(cart: Cart): Promise<Answer>;
  /** The person emptied the cart. */
  cancelCart(cart?: Cart): Promise<Answer>;
  /** The person bought what is in the cart. */
  purchaseCart(cart?: Cart): Promise<Answer>;
  /** Somebody else may use the browser now: he is a new visitor. */
  reset(): Promise<Answer>;
  /** The visitor allows recording: what waited is sent. */
  optIn(): Promise<Answer>;
  /** The visitor forbids recording: what the browser kept is removed. */
  optOut(): Promise<Answer>;
  setMessengerConfig(config: MessengerConfig): Promise<Answer>;
  /** Calls by their name: `tio.push(['track', 'Purchase', {amount: 12.5}])`. */
  push(...calls: Array<[method: string, ...args: unknown[]]>): number;
}

/** What the page may choose before the library starts. */
export interface Options {
  /** What may be recorded before the visitor says anything. Default: "granted". */
  consent?: "granted" | "pending" | "denied";
  /** True: a browser that sends DNT is "denied" until the visitor opts in. For GPC that is always so. */
  respectDnt?: boolean;
  /** False: the page calls `page` itself. */
  pageViews?: boolean;
  /** True: what stands behind # names pages. */
  hashPages?: boolean;
  /** Names of URL parameters whose values are never recorded, besides tokens, passwords, e-mail addresses, …. */
  hide?: string[];
}

export interface Site {
  /** The site's token. */
  sid: string;
  /** The address of your server, such as https://t.example.com. */
  host: string;
}

/** Returns the library of a site; the same site again is the same library. */
export function connect(site: Site, options?: Options): Tio;

declare global {
  interface Window {
    tio: Tio;
    tioOptions?: Options;
  }
}
