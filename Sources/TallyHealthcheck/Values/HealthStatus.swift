/// The health of a service, or of one of its providers.
public enum HealthStatus: String, Sendable, Hashable, CaseIterable {
    /// Every check has answered.
    case ok
    /// There is a problem that the service can tolerate, at least for a while: HTTP 200.
    case warn
    /// The service cannot do its work: HTTP 503.
    case fail

    /// 503 for ``fail``, otherwise 200.
    public var httpStatus: Int { self == .fail ? 503 : 200 }

    /// The corresponding word in the IETF draft.
    ///
    /// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06#section-3.1
    var draftWord: String { self == .ok ? "pass" : rawValue }
}

/// The reason a check is not `ok`. A document shows nothing else about the problem.
enum HealthReason: String, Sendable {
    /// The provider did not answer by its deadline.
    case timeout
    /// The provider threw an error.
    case error
    /// The shown values are those of an answer that is no longer fresh.
    case stale
    /// The provider has not answered yet, or not often enough since it failed, or its last answer has expired before
    /// the next one.
    case pending
    /// A run that missed its deadline is still in progress and blocks the next one.
    case busy
}
