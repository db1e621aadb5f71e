// Sends one call of each kind as a customer's Node server would. Usage: segment.mjs HOST KEY VISITOR
import { Analytics } from "@segment/analytics-node";

const [host, writeKey, anonymousId] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, flushAt: 5, flushInterval: 50 });
analytics.on("error", (error) => {
  console.error(error);
  process.exitCode = 1;
});

analytics.page({ anonymousId, name: "Home", properties: { url: "https://shop.example/" } });
analytics.identify({ userId: "ada", anonymousId, traits: { name: "Ada King", plan: "Gold" } });
analytics.track({ userId: "ada", event: "rate", properties: { stars: 5 }, timestamp: new Date(Date.now() - 60_000) });
analytics.group({ userId: "ada", groupId: "acme", traits: { name: "ACME" } });
analytics.screen({ userId: "ada", name: "Cart" });
analytics.alias({ userId: "ada", previousId: "old" });
for (let number = 0; number < 20; number += 1) {
  analytics.track({ userId: "ada", event: "view", properties: { number } });
}
await analytics.closeAndFlush({ timeout: 30_000 });
