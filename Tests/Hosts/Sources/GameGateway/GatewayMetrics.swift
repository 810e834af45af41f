import Tally

struct GatewayMetrics: Sendable {
    enum Outcome: String, LabelSet, LabelValue, CaseIterable {
        case ok
        case failed
        static let schema: [Label<Self>] = [Label("outcome", \.self)]
    }

    let activeUsers: ActiveUsers
    let accounts: Family<AccountKind, Counter>
    let players: Gauge
    let moves: Counter
    let refusals: Family<Refusal, Counter>
    let pushes: Family<Outcome, Counter>

    init(in registry: MetricRegistry, usersKey: HashKey?) {
        activeUsers = ActiveUsers(
            "active_users",
            help: "Distinct people with an authenticated action.",
            windows: [.hours(24), .days(7)],
            key: usersKey,
            in: registry
        )
        accounts = Family("accounts_created_total", help: "Accounts of people created, by kind.", in: registry)
        players = Gauge("gateway_players", help: "Connections open now.", in: registry)
        moves = Counter("gateway_moves_forwarded_total", help: "Moves that a player's socket took.", in: registry)
        refusals = Family("gateway_refusals_total", help: "Refusals, by reason.", in: registry)
        pushes = Family("gateway_sketch_pushes_total", help: "Sketches sent to Redis, by outcome.", in: registry)
    }
}
