/// A set of instruments that is encoded as one exposition for a scraper.
///
/// ```swift
/// let registry = MetricRegistry()
/// let served = Counter("http_requests_total", help: "Requests served.", in: registry)
/// let exposition = registry.exposition(accept: request.headers["Accept"])
/// ```
///
/// There is no global registry: pass one to each component that counts, and a fresh one to each test.
///
/// Registrations take the registry's lock, and so do scrapes, to copy one reference. Updates of instruments never do.
public final class MetricRegistry: Sendable {
    let context: RegistryContext
    let constantLabels: [ConstantLabel]
    /// Counts a lookup with a label value that its caller has truncated to 1,024 bytes.
    package func countShortenedValue() { context.rejected.countShortened() }

    package var constantLabelNames: [String] { constantLabels.map(\.name) }
    private let prefix: String
    package let validation: NameValidation
    private let table = Locked(FamilyTable())
    /// Closures that update mirrored values before a scrape, by the name of the mirrored source.
    let refreshers = Locked<[String: @Sendable () -> Void]>([:])
    let included = Locked<[MetricRegistry]>([])
    private let own = Locked<(any SelfReport)?>(nil)

    init(
        _ context: RegistryContext,
        prefix: String,
        constantLabels: [(name: String, value: String)],
        nameValidation: NameValidation
    ) throws(RegistrationError) {
        self.context = context
        self.prefix = prefix
        validation = nameValidation
        self.constantLabels = constantLabels.map { label in
            let value = LabelTextWriter.cut(label.value)
            if value.utf8.count < label.value.utf8.count { context.rejected.countShortened() }
            return ConstantLabel(name: label.name, value: value)
        }
        guard prefix.isEmpty || MetricName.isValid(prefix, by: validation) else {
            throw RegistrationError(.invalidMetricName, prefix, "is not a valid prefix: \(Self.nameRule)")
        }
        try LabelRules(validation).check(constant: constantLabels.map(\.name))
    }

    private static let nameRule = "names must match [a-zA-Z_:][a-zA-Z0-9_:]*"

    // MARK: Registration

    /// Registers a family and returns its storage. A second registration with the same definition shares the storage.
    ///
    /// - Parameter source: Replaces the source of an existing family that a closure or a collector fills.
    func register(
        _ request: FamilyRequest,
        from source: FamilySource = .handles
    ) throws(RegistrationError) -> FamilyStorage {
        do throws(RegistrationError) {
            var request = request
            request.name = try exposedName(validating: request)
            try request.layout.check(request.name)
            let definition = FamilyDefinition(request, constantLabels: constantLabels, context: context)
            // Released after the lock, because values that a replaced closure retains may register in their `deinit`.
            let (outcome, replaced) = table.withLock { table in
                let before = table.releasable(ByteName(definition.name))
                return (table.enter(definition, source), before)
            }
            return try withExtendedLifetime(replaced) { () throws(RegistrationError) in try outcome.get() }
        } catch {
            throw error.about(request.name)
        }
    }

    func exposedName(_ request: FamilyRequest) -> String {
        request.layout.exposedName(request.isStandard ? request.name : prefix + request.name)
    }

    private func exposedName(validating request: FamilyRequest) throws(RegistrationError) -> String {
        let name = request.name
        guard MetricName.isValid(name, by: validation) else {
            let rule = validation == .utf8 ? "names must not be empty" : Self.nameRule
            throw RegistrationError(.invalidMetricName, name, "is not a valid metric name: \(rule)")
        }
        let exposed = exposedName(request)
        guard exposed.utf8.count <= MetricName.maxBytes else {
            let problem = "has \(exposed.utf8.count) bytes as exposed: at most \(MetricName.maxBytes) are allowed"
            throw RegistrationError(.invalidMetricName, name, problem)
        }
        guard exposed.utf8.count > request.layout.nameSuffix.utf8.count else {
            let problem = "consists only of the suffix \(request.layout.nameSuffix): put a name before it"
            throw RegistrationError(.invalidMetricName, name, problem)
        }
        try LabelRules(validation).check(request, named: exposed, constant: constantLabels.map(\.name))
        guard (1...2_000_000_000).contains(request.maxChildren) else {
            let problem = "has the limit \(request.maxChildren): maxChildren must be in 1...2000000000"
            throw RegistrationError(.invalidLimit, exposed, problem)
        }
        if let timeout = request.idleTimeout, timeout <= .zero {
            let problem = "has the idle timeout \(timeout): it must be positive, or nil for none"
            throw RegistrationError(.invalidIdleTimeout, exposed, problem)
        }
        return exposed
    }

    /// Removes an instrument or a family, frees its name, and returns whether it existed.
    ///
    /// Existing handles keep counting but are no longer exposed. The registry's own series about the family are removed
    /// as well: their totals restart at zero if the name is registered again.
    ///
    /// - Parameter name: The name as exposed, with the prefix and with `_total` or `_info`.
    @discardableResult
    public func unregister(_ name: String) -> Bool {
        // Released after the lock, as above.
        let (isRemoved, removed) = table.withLock { table in
            let before = table.releasable(ByteName(name))
            return (table.remove(ByteName(name)), before)
        }
        return withExtendedLifetime(removed) { isRemoved }
    }

    // MARK: Reading

    func families() -> [RegisteredFamily] { table.withLock { $0.inOrder() } }

    /// The name of the family that is called `sample` or has a sample of that name.
    func owner(of sample: String) -> ByteName? { table.withLock { $0.owner(of: ByteName(sample)) } }

    /// The metrics that the registry exposes about itself. Nil with `ownMetrics: false`.
    var ownMetrics: (any SelfReport)? {
        get { own.withLock { $0 } }
        set { own.withLock { $0 = newValue } }
    }

    // MARK: Mirrored values

    /// Registers a closure to run before each snapshot, under no lock. Replaces a closure with the same name. The
    /// closure must neither block nor scrape.
    func beforeScrapes(_ name: String, _ refresh: @escaping @Sendable () -> Void) {
        _ = refreshers.withLock { $0.updateValue(refresh, forKey: name) }
    }

    func refresh() {
        for refresh in refreshers.withLock({ $0.values }) { refresh() }
    }
}
