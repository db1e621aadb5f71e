// Checked by the compiler: the declarations that others get, used as they are meant to be.
import type { Answer, Options, Tio, connect } from "../tio.js";

export async function everyMethod(open: typeof connect, options: Options): Promise<Answer[]> {
  var tio: Tio = open({ sid: "s", host: "https://t.example.com" }, options);
  tio.push(["track", "Search", { query: "ferry" }], ["reset"]);
  var answers = [
    tio.identify("unicorn", "C0FFEE"),
    tio.identify(5115),
    tio.setProperties({ plan: "free", age: 25, tags: ["a"], old: null, maybe: undefined }),
    tio.track("Visit"),
    tio.track("Visit", { deep: { list: [1, { two: true }] } }),
    tio.page({ section: "films" }),
    tio.alias("a", "b", "C0FFEE"),
    tio.setCart({ totalprice: 3.98, products: [{ name: "Zephir", price: 1.99, color: "green" }], paid_with: "card" }),
    tio.cancelCart(),
    tio.purchaseCart({ totalprice: 3.98 }),
    tio.reset(),
    tio.optIn(),
    tio.optOut(),
    tio.setMessengerConfig({ positionX: "right", iconMargin: { X: "10px", y: "10px" }, display: true }),
  ];
  // @ts-expect-error  an id is a text or a number
  answers.push(tio.identify({}));
  return Promise.all(answers);
}
