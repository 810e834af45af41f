/// How a service, or one of its providers, is.
public enum HealthStatus: String, Sendable, Hashable, CaseIterable {
    /// All that was asked has answered.
    case ok
    /// Something is amiss that the service can do without, or for a while: HTTP 200.
    case warn
    /// The service cannot do its work: HTTP 503.
    case fail

    /// 200, or 503 for ``fail``.
    public var httpStatus: Int { self == .fail ? 503 : 200 }

    /// The word of the IETF's draft.
    ///
    /// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06#section-3.1
    var draftWord: String { self == .ok ? "pass" : rawValue }
}

/// Why a check is not `ok`: the only words about it that a document shows.
enum HealthReason: String, Sendable {
    /// The provider did not answer by its deadline.
    case timeout
    /// The provider threw an error.
    case error
    /// What is shown is older than it should be.
    case stale
    /// The provider has not answered yet, or not often enough after it failed, or its last answer has expired and the
    /// next is not there yet.
    case pending
    /// The run that missed its deadline is still under way, and keeps the next one from starting.
    case busy
}
