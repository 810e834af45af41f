public import Tally

extension ParsedExposition {
    /// Returns the problems with names, labels and help texts, sorted by metric. `promtool check metrics` checks these
    /// conventions too, but does not know that `node_memory_MemTotal_bytes` and the like are standard names.
    ///
    /// - https://prometheus.io/docs/practices/naming/
    /// - https://prometheus.io/docs/instrumenting/writing_exporters/#naming
    public func lint() -> [LintProblem] {
        families.flatMap { FamilyLint($0).problems() }
            .sorted { one, two in
                one.metric.hasSameBytes(as: two.metric)
                    ? one.code.rawValue < two.code.rawValue
                    : one.metric.utf8.lexicographicallyPrecedes(two.metric.utf8)
            }
    }
}

extension MetricRegistry {
    /// Returns the problems with the names, labels and help texts of the registry's metrics.
    ///
    /// Scrapes the whole registry. Also checks families that are not exposed because they have no children yet.
    public func lint() throws(ExpositionError) -> [LintProblem] {
        var parsed = try parsed()
        var seen = Set(parsed.families.map(\.name))
        for outline in outlines where seen.insert(outline.name).inserted {
            parsed.families.append(ParsedFamily(outline))
        }
        return parsed.lint()
    }

    /// Throws an error if a name, label or help text in the registry breaks a convention.
    ///
    /// ```swift
    /// @Test func metricsAreWellNamed() throws {
    ///     let registry = MetricRegistry()
    ///     _ = ServerMetrics(in: registry)
    ///     try registry.expectNoLint()
    /// }
    /// ```
    ///
    /// - Parameter except: The names of metrics to skip, because they must keep a name that breaks a convention.
    /// - Throws: ``LintError``, which lists the problems.
    public func expectNoLint(except: Set<String> = []) throws {
        let problems = try lint().filter { !except.contains($0.metric) }
        guard problems.isEmpty else { throw LintError(problems: problems) }
    }
}

extension ParsedFamily {
    /// Creates a family with one sample that has all labels of the outline.
    fileprivate init(_ outline: FamilyOutline) {
        let sample = ParsedSample(
            name: outline.name,
            labels: outline.labelNames.map { ParsedLabel($0, "") },
            value: 0,
            valueText: "0",
            line: 0
        )
        self.init(
            name: outline.name,
            kind: Kind(rawValue: outline.type) ?? .unknown,
            // A scraper reads a blank help text as an empty one.
            help: outline.help.allSatisfy { $0 == " " || $0 == "\t" } ? nil : outline.help,
            samples: [sample],
            line: 0
        )
    }
}

/// Checks one family against the conventions.
private struct FamilyLint {
    private let family: ParsedFamily
    private let name: String
    private let words: [Substring]

    init(_ family: ParsedFamily) {
        self.family = family
        // In OpenMetrics, the name of a counter's family lacks the suffix that the conventions require.
        let isCounter = family.kind == .counter && family.samples.contains { $0.name == family.name + "_total" }
        name = isCounter ? family.name + "_total" : family.name
        words = name.split(separator: "_", omittingEmptySubsequences: false)
    }

    func problems() -> [LintProblem] {
        var problems = helpProblems() + suffixProblems() + labelProblems() + wordProblems()
        if name.utf8.contains(UInt8(ascii: ":")) {
            problems.append(problem(.colonInName, "remove the colon, which is reserved for recording rules"))
        }
        // node_exporter takes these words from the kernel's /proc/meminfo.
        if isCamelCase(name), !name.hasPrefix("node_memory_") {
            problems.append(problem(.camelCase, "write the name in snake_case"))
        }
        return problems
    }

    private func problem(_ code: LintProblem.Code, _ text: String) -> LintProblem {
        LintProblem(metric: name, code: code, text: text)
    }

    private func helpProblems() -> [LintProblem] {
        family.help == nil ? [problem(.missingHelp, "add a help text")] : []
    }

    private func suffixProblems() -> [LintProblem] {
        // Without a type, no suffix is wrong.
        guard family.kind != .unknown else { return [] }
        var problems: [LintProblem] = []
        let isTotal = name.hasSuffix(bytesOf: "_total")
        if family.kind == .counter, !isTotal {
            problems.append(problem(.counterWithoutTotal, "end the name of a counter in _total"))
        }
        if family.kind != .counter, isTotal {
            problems.append(problem(.totalWithoutCounter, "only counters end in _total"))
        }
        let isHistogram = family.kind == .histogram || family.kind == .gaugeHistogram
        if !isHistogram, name.hasSuffix(bytesOf: "_bucket") {
            problems.append(problem(.reservedSuffix, "only the samples of histograms end in _bucket"))
        }
        for suffix in ["_count", "_sum"]
        where !isHistogram && family.kind != .summary && name.hasSuffix(bytesOf: suffix) {
            problems.append(problem(.reservedSuffix, "only the samples of histograms and summaries end in \(suffix)"))
        }
        return problems
    }

    private func labelProblems() -> [LintProblem] {
        var problems: [LintProblem] = []
        var seen: Set<[UInt8]> = []
        for label in family.samples.flatMap(\.labels) where seen.insert(Array(label.name.utf8)).inserted {
            if isCamelCase(label.name) {
                problems.append(problem(.camelCase, "write the label \(label.name) in snake_case"))
            }
            guard family.kind != .unknown else { continue }
            if label.name == "le", family.kind != .histogram, family.kind != .gaugeHistogram {
                problems.append(problem(.reservedLabel, "only histograms have the label le"))
            }
            if label.name == "quantile", family.kind != .summary {
                problems.append(problem(.reservedLabel, "only summaries have the label quantile"))
            }
        }
        return problems
    }

    private func wordProblems() -> [LintProblem] {
        var problems: [LintProblem] = []
        if let unit = UnitName.first(in: words), unit.base != unit.name {
            problems.append(problem(.unitNotBase, "measure in \(unit.base), not in \(unit.name)"))
        }
        // The first word of a name is its namespace, which may equal a unit or a type.
        let rest = words.dropFirst().map { $0.lowercased() }
        if let abbreviation = rest.first(where: UnitName.abbreviations.contains) {
            problems.append(problem(.abbreviatedUnit, "write out the unit \(abbreviation)"))
        }
        if family.kind != .unknown, rest.contains(family.kind.rawValue) {
            problems.append(problem(.typeInName, "leave the type \(family.kind.rawValue) out of the name"))
        }
        return problems
    }

    private func isCamelCase(_ name: String) -> Bool {
        zip(name.utf8, name.utf8.dropFirst()).contains { one, two in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(one)
                && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(two)
        }
    }
}
