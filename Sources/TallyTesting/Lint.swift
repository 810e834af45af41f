public import Tally

extension ParsedExposition {
    /// The problems with names, labels and help texts, by metric: the conventions that `promtool check metrics`
    /// knows too.
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
    /// The problems with the names, labels and help texts of the registry's metrics.
    ///
    /// Scrapes the whole registry. Families that are not exposed, since they have no children yet, are looked at as
    /// well.
    public func lint() throws(ExpositionError) -> [LintProblem] {
        var parsed = try parsed()
        var seen = Set(parsed.families.map(\.name))
        for outline in outlines where seen.insert(outline.name).inserted {
            parsed.families.append(ParsedFamily(outline))
        }
        return parsed.lint()
    }

    /// Fails if there is anything wrong with the registry's names, labels and help texts.
    ///
    /// ```swift
    /// @Test func metricsAreWellNamed() throws {
    ///     let registry = MetricRegistry()
    ///     _ = ServerMetrics(in: registry)
    ///     try registry.expectNoLint()
    /// }
    /// ```
    ///
    /// - Parameter except: Metrics that must keep a name that breaks a convention.
    /// - Throws: ``LintError``, which lists the problems.
    public func expectNoLint(except: Set<String> = []) throws {
        let problems = try lint().filter { !except.contains($0.metric) }
        guard problems.isEmpty else { throw LintError(problems: problems) }
    }
}

extension ParsedFamily {
    /// A family with one sample, which has all of its labels.
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
            // A scraper takes blanks for nothing.
            help: outline.help.allSatisfy { $0 == " " || $0 == "\t" } ? nil : outline.help,
            samples: [sample],
            line: 0
        )
    }
}

/// The conventions, held against one family.
private struct FamilyLint {
    private let family: ParsedFamily
    private let name: String
    private let words: [Substring]

    init(_ family: ParsedFamily) {
        self.family = family
        // OpenMetrics names a counter without its suffix, of which the conventions speak.
        let isCounter = family.kind == .counter && family.samples.contains { $0.name == family.name + "_total" }
        name = isCounter ? family.name + "_total" : family.name
        words = name.split(separator: "_", omittingEmptySubsequences: false)
    }

    func problems() -> [LintProblem] {
        var problems = helpProblems() + suffixProblems() + labelProblems() + wordProblems()
        if name.utf8.contains(UInt8(ascii: ":")) {
            problems.append(problem(.colonInName, "colons are for the names of recording rules"))
        }
        if isCamelCase(name) {
            problems.append(problem(.camelCase, "write the name in snake_case"))
        }
        return problems
    }

    private func problem(_ code: LintProblem.Code, _ text: String) -> LintProblem {
        LintProblem(metric: name, code: code, text: text)
    }

    private func helpProblems() -> [LintProblem] {
        family.help == nil ? [problem(.missingHelp, "give it a help text")] : []
    }

    private func suffixProblems() -> [LintProblem] {
        // What says nothing of its type can be held to nothing.
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
        // A name's first word tells whose the metric is, so that it may look like a unit or a type.
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
