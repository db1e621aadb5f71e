// The page of a customer: it calls tio as any page would, and writes beside it what it called.
(() => {
  const member = JSON.parse(localStorage.getItem("reelhouse") || "null") || {};
  const find = (id) => document.getElementById(id);

  function send(method, ...args) {
    const row = document.createElement("li");
    const call = row.appendChild(document.createElement("code"));
    const state = row.appendChild(document.createElement("span"));
    call.textContent = `tio.${method}(${args.map((each) => JSON.stringify(each)).join(", ")})`;
    state.textContent = "sending";
    find("log").prepend(row);
    const started = performance.now();
    tio[method](...args).then((answer) => {
      row.className = answer.ok ? "stored" : "refused";
      state.textContent = answer.ok ? `stored in ${Math.ceil(performance.now() - started)} ms` : answer.error.message;
      if (answer.ok && method === "track") reach(args[0]);
    });
  }

  function reach(step) {
    document.querySelector(`[data-step="${step}"]`)?.classList.add("reached");
  }

  function show() {
    const { email, first_name: name, plan } = member;
    find("who").textContent = email ? `${name} · ${plan}` : "Just visiting";
    find("leave").hidden = !email;
    find("registration").hidden = Boolean(email);
    find("joined").hidden = !email;
    find("joined").textContent = email ? `Welcome, ${name}. You are registered as ${email}.` : "";
    find("upgrade").disabled = plan === "premium";
    find("upgrade").textContent = plan === "premium" ? "You are Premium" : "Upgrade to Premium";
    find("upgrade-hint").textContent = email ? "" : "Register first, so that we know who upgrades.";
  }

  function become(changes) {
    Object.assign(member, changes);
    localStorage.setItem("reelhouse", JSON.stringify(member));
    show();
  }

  function visit() {
    const asked = new URLSearchParams(location.search);
    const came = { page: "/" };
    for (const name of ["utm_source", "utm_campaign"]) if (asked.get(name)) came[name] = asked.get(name);
    send("track", "Site visit", came);
  }

  document.querySelectorAll("[data-movie]").forEach((button) => {
    button.addEventListener("click", () => {
      const film = button.closest(".film");
      document.querySelectorAll(".film.playing").forEach((other) => other.classList.remove("playing"));
      film.classList.add("playing");
      film.querySelector(".state").textContent = "Playing";
      send("track", "Free movie view", { title: button.dataset.movie, quality: "HD" });
    });
  });

  find("registration").addEventListener("submit", (event) => {
    event.preventDefault();
    const { email, first_name } = Object.fromEntries(new FormData(event.target));
    send("identify", email.toLowerCase());
    send("setProperties", { email, first_name, plan: "free" });
    send("track", "Registration", { method: "email" });
    become({ email, first_name, plan: "free" });
    find("upgrade").focus();
  });

  find("upgrade").addEventListener("click", () => {
    if (!member.email) return find("registration").elements.first_name.focus();
    send("track", "Upgrade to Premium", { plan: "premium", billing: "monthly", price: 9.99 });
    send("setProperties", { plan: "premium" });
    become({ plan: "premium" });
  });

  find("leave").addEventListener("click", () => {
    send("reset");
    localStorage.removeItem("reelhouse");
    for (const name of Object.keys(member)) delete member[name];
    document.querySelectorAll(".reached").forEach((step) => step.classList.remove("reached"));
    show();
    visit();
  });

  show();
  visit();
})();
