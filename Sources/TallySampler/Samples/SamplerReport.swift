internal import Tally

/// A change that an operator wants to know of, told once: not at each tick for as long as it lasts.
public struct SamplerReport: Hashable, Sendable, CustomStringConvertible {
    /// The kind of change. More may be added.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// A source gave no answer.
        public static let sourceDown = Kind(description: "source down")
        /// A source answers again.
        public static let sourceUp = Kind(description: "source up")
        /// A source answered, but not with all that it usually has.
        public static let partsFailing = Kind(description: "source in part down")
        /// A source has all again that it usually has.
        public static let partsRecovered = Kind(description: "source whole again")
        /// Some of a source's targets gave no answer.
        public static let targetsFailing = Kind(description: "targets failing")
        /// All of a source's targets answer again.
        public static let targetsRecovered = Kind(description: "targets recovered")
        /// The settings could not be had; the last good ones are in force.
        public static let settingsFailing = Kind(description: "settings failing")
        /// The settings can be had again.
        public static let settingsRecovered = Kind(description: "settings recovered")
        /// The history cannot be written.
        public static let historyFailure = Kind(description: "history failing")
        /// The history is well again.
        public static let historyRecovered = Kind(description: "history recovered")
        /// The time of day has been set.
        public static let clockStepped = Kind(description: "clock stepped")
    }

    /// The kind of change.
    public let kind: Kind
    /// The source's name; empty where it is about none.
    public let source: String
    /// A sentence for an operator, which may hold what an engine or a host's closure said.
    public let message: String

    /// A line for a log.
    public var description: String {
        "Tally sampler: \(kind)\(source.isEmpty ? "" : " (\(source))")\(message.isEmpty ? "" : ": \(message)")"
    }

    /// The default of a sampler: a history that is not kept must be noticed before the day it is needed.
    static let toStandardError: @Sendable (SamplerReport) -> Void = { System.writeToStandardError("\($0)") }
}
