internal import Tally

/// A change of state that concerns an operator. Reported once, not at each tick while it lasts.
public struct SamplerReport: Hashable, Sendable, CustomStringConvertible {
    /// The kind of change. More may be added.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// A source failed or did not answer.
        public static let sourceDown = Kind(description: "source down")
        /// A source answers again.
        public static let sourceUp = Kind(description: "source up")
        /// A source answered, but parts of it failed.
        public static let partsFailing = Kind(description: "source parts failing")
        /// All parts of a source answer again.
        public static let partsRecovered = Kind(description: "source parts recovered")
        /// Some of a source's targets failed or did not answer.
        public static let targetsFailing = Kind(description: "targets failing")
        /// All of a source's targets answer again.
        public static let targetsRecovered = Kind(description: "targets recovered")
        /// The closure `settings` threw or was late. The last good settings are in force.
        public static let settingsFailing = Kind(description: "settings failing")
        /// The closure `settings` answers again.
        public static let settingsRecovered = Kind(description: "settings recovered")
        /// The history cannot be written.
        public static let historyFailure = Kind(description: "history failing")
        /// The history is written again.
        public static let historyRecovered = Kind(description: "history recovered")
        /// The wall clock was set.
        public static let clockStepped = Kind(description: "clock stepped")
    }

    /// The kind of change.
    public let kind: Kind
    /// The source's name. Empty if the change does not concern a source.
    public let source: String
    /// A message for the operator. It may contain text from an engine or from one of your closures.
    public let message: String

    /// A line for a log.
    public var description: String {
        "Tally sampler: \(kind)\(source.isEmpty ? "" : " (\(source))")\(message.isEmpty ? "" : ": \(message)")"
    }

    /// The default `report` of a sampler, so that a failing history is noticed before someone needs it.
    static let toStandardError: @Sendable (SamplerReport) -> Void = { System.writeToStandardError("\($0)") }
}
