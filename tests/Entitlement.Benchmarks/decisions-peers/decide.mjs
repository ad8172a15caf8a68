// Decides what a data file asks with one of two other engines, and says how long one decision takes.
// Usage: node decide.mjs casbin-rows|casbin-roles|cedar FILE SECONDS. Prints one line of JSON.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const [peer, file, seconds] = process.argv.slice(2);

const roles = new Map();
const groups = new Map();
const grants = [];
const queries = [];
let line = [];
for await (const text of createInterface({ input: createReadStream(file) })) {
    const [kind, ...rest] = text.split(' ');
    switch (kind) {
        case 'line': line = rest; break;
        case 'role': roles.set(rest[0], rest.slice(1)); break;
        case 'user': groups.set(rest[0], rest.slice(1)); break;
        case 'grant': grants.push(rest); break;
        case 'query': queries.push({ user: rest[0], license: rest[1], permission: rest[2], allowed: rest[3] === 'yes' }); break;
    }
}

const decide = await { 'casbin-rows': casbinRows, 'casbin-roles': casbinRoles, cedar }[peer]();

// One warm round at least, then whole decisions until the time is up.
let count = 0;
for (const query of queries.slice(0, 20)) {
    check(query, await decide(query));
}
const begin = process.hrtime.bigint();
const end = begin + BigInt(seconds) * 1_000_000_000n;
while (process.hrtime.bigint() < end) {
    const query = queries[count++ % queries.length];
    check(query, await decide(query));
}
const took = Number(process.hrtime.bigint() - begin);
console.log(JSON.stringify({ nanoseconds: took / count, count, bytes: process.memoryUsage().rss }));
process.exit(0);

function check(query, allowed) {
    if (allowed !== query.allowed) {
        throw new Error(`${peer} says ${allowed} to ${JSON.stringify(query)}`);
    }
}

// Its manual's "RBAC with resource roles": a policy for each assignment; groups, what lies above, and what a role opens are links.
async function casbinRows() {
    const { newEnforcer, newModelFromString } = await import('casbin');
    const model = newModelFromString(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, role
[role_definition]
g = _, _
g2 = _, _
g3 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && g2(r.obj, p.obj) && g3(r.act, p.role)`);
    const enforcer = await newEnforcer(model);
    enforcer.enableAutoBuildRoleLinks(false);
    await enforcer.addPolicies(distinct(grants.map(([subject, role, scope]) => [subject, scope, role])));
    await enforcer.addGroupingPolicies([...groups].flatMap(([user, all]) => all.map(group => [user, group])));
    const licenses = new Set([...queries.map(query => query.license), ...grants.map(grant => grant[2])]);
    for (const one of line) licenses.delete(one);
    await enforcer.addNamedGroupingPolicies('g2', [...licenses].map(license => [license, line[0]]));
    await enforcer.addNamedGroupingPolicies('g2', line.slice(1).map((above, i) => [line[i], above]));
    await enforcer.addNamedGroupingPolicies(
        'g3', distinct([...roles].flatMap(([role, all]) => all.map(permission => [permission, role]))));
    await enforcer.buildRoleLinks();
    return query => enforcer.enforceSync(query.user, query.license, query.permission);
}

// Its "RBAC with domains": what a role opens is the policy, who holds it where are links. It knows neither groups nor ancestors
// then, so it is asked for each of them until one says yes.
async function casbinRoles() {
    const { newEnforcer, newModelFromString } = await import('casbin');
    const model = newModelFromString(`
[request_definition]
r = sub, dom, act
[policy_definition]
p = role, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g(r.sub, p.role, r.dom)`);
    const enforcer = await newEnforcer(model);
    enforcer.enableAutoBuildRoleLinks(false);
    await enforcer.addPolicies([...roles].flatMap(([role, all]) => all.map(permission => [role, permission])));
    await enforcer.addGroupingPolicies(distinct(grants));
    await enforcer.buildRoleLinks();
    return query => [query.license, ...line].some(scope =>
        [query.user, ...groups.get(query.user)].some(subject => enforcer.enforceSync(subject, scope, query.permission)));
}

// A policy for each assignment, parsed once; the entities that a request needs go with it.
async function cedar() {
    const cedarWasm = await import('@cedar-policy/cedar-wasm/nodejs');
    const uid = (type, id) => ({ type, id });
    const scope = id => uid('Scope', id);
    const policies = {};
    grants.forEach(([subject, role, on], i) => {
        policies[`p${i}`] = `permit(principal in Subject::"${subject}", action in Action::"${role}", resource in Scope::"${on}");`;
    });
    const parsed = cedarWasm.preparsePolicySet('all', { staticPolicies: policies });
    if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed.errors).slice(0, 300));

    const above = line.map((id, i) => ({
        uid: scope(id), attrs: {}, parents: i + 1 < line.length ? [scope(line[i + 1])] : [],
    }));
    const actions = [...new Set([...roles.values()].flat())].map(permission => ({
        uid: uid('Action', permission),
        attrs: {},
        parents: [...roles].filter(([, all]) => all.includes(permission)).map(([role]) => uid('Action', role)),
    }));
    return query => {
        const answer = cedarWasm.statefulIsAuthorized({
            principal: uid('Subject', query.user),
            action: uid('Action', query.permission),
            resource: scope(query.license),
            context: {},
            preparsedPolicySetId: 'all',
            entities: [
                { uid: uid('Subject', query.user), attrs: {}, parents: groups.get(query.user).map(id => uid('Subject', id)) },
                { uid: scope(query.license), attrs: {}, parents: [scope(line[0])] },
                ...above,
                ...actions,
            ],
        });
        if (answer.type !== 'success') throw new Error(JSON.stringify(answer).slice(0, 300));
        return answer.response.decision === 'allow';
    };
}

function distinct(rows) {
    return [...new Map(rows.map(row => [row.join(' '), row])).values()];
}
