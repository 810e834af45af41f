import RelayCore
import Tally

extension Direction: LabelSet, LabelValue {
    package static let schema: [Label<Self>] = [Label("direction", \.self)]
}

extension Refusal: LabelSet, LabelValue {
    package static let schema: [Label<Self>] = [Label("reason", \.self)]
}

extension RelayHooks {
    /// Hooks that count in a registry. The two children that frames need are looked up here, once.
    init(countingIn registry: MetricRegistry) {
        let frames = Family<Direction, Counter>(
            "relay_frames_forwarded_total",
            help: "Frames that the receiver's socket took.",
            in: registry
        )
        let refusals = Family<Refusal, Counter>("relay_refusals_total", help: "Frames refused.", in: registry)
        let expiries = Counter("relay_grace_expiries_total", help: "Binaries that did not come back.", in: registry)
        let (toBinary, toPhone) = (frames[.phoneToBinary], frames[.binaryToPhone])
        self.init(
            frameForwarded: { direction in
                switch direction {
                case .phoneToBinary: toBinary.increment()
                case .binaryToPhone: toPhone.increment()
                }
            },
            refused: { refusals.increment(for: $0) },
            graceExpired: { expiries.increment() }
        )
    }
}
