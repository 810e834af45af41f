/// The differences between an exposition and the expected one.
public struct ExpositionDifferenceError: Error, Sendable, CustomStringConvertible {
    /// The expected samples and families that are not exposed.
    package private(set) var missing: [String] = []
    /// The exposed samples that were not expected.
    package private(set) var unexpected: [String] = []
    /// The samples, types and help texts that differ from the expected ones.
    package private(set) var changed: [String] = []

    package var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && changed.isEmpty }

    /// One line per difference: `missing`, `unexpected` or `changed`, and the sample.
    public var description: String {
        let lines =
            missing.map { "  missing:    \($0)" } + unexpected.map { "  unexpected: \($0)" }
            + changed.map { "  changed:    \($0)" }
        return "the exposition is not as expected:\n" + lines.joined(separator: "\n")
    }

    init(expected: ParsedExposition, actual: ParsedExposition) {
        var left: [[UInt8]: ParsedSample] = [:]
        for sample in actual.samples { left[sample.key(named: sample.name, without: nil)] = sample }
        for sample in expected.samples {
            guard let found = left.removeValue(forKey: sample.key(named: sample.name, without: nil)) else {
                missing.append(sample.description)
                continue
            }
            let isEqual =
                NumberText.areEqual(found.valueText, sample.valueText) || found.value.isNaN && sample.value.isNaN
            guard !isEqual else { continue }
            changed.append("\(sample.series) is \(found.valueText), expected \(sample.valueText)")
        }
        for sample in actual.samples where left[sample.key(named: sample.name, without: nil)] != nil {
            unexpected.append(sample.description)
        }
        for family in expected.families { compareMetadata(of: family, in: actual) }
    }

    /// Compares only the metadata that the expected text contains.
    private mutating func compareMetadata(of family: ParsedFamily, in actual: ParsedExposition) {
        guard let found = actual.family(family.name) else {
            if family.samples.isEmpty { missing.append("the family \(family.name)") }
            return
        }
        if family.kind != .unknown, family.kind != found.kind {
            changed.append("\(family.name) is a \(found.kind.rawValue), expected a \(family.kind.rawValue)")
        }
        if let help = family.help, found.help?.hasSameBytes(as: help) != true {
            let actualHelp = (found.help ?? "").debugDescription
            changed.append("the help of \(family.name) is \(actualHelp), expected \(help.debugDescription)")
        }
    }
}
