extension LineReader {
    /// Reads `name{labels} value [timestamp] [# exemplar]`.
    mutating func sample() throws(ExpositionError) -> ParsedSample {
        let start = position
        var name = legacyName(allowsColon: true)
        if name == nil, current != UInt8(ascii: "{") {
            throw error(.invalidMetricName, "expected a metric name: [a-zA-Z_:][a-zA-Z0-9_:]*")
        }
        if name != nil, !isOpenMetrics { skipBlanks() }
        let hasSpace = position > start && bytes[position - 1].isBlank
        var labels: [ParsedLabel] = []
        let hasLabels = current == UInt8(ascii: "{")
        if hasLabels { labels = try readLabels(name: &name, mayHoldName: true) }
        guard let name, !name.isEmpty else {
            throw error(.invalidMetricName, "the sample has no name", at: start)
        }
        if hasLabels, !isOpenMetrics {
            skipBlanks()
        } else if !hasSpace, !takeSeparator() {
            if isAtEnd { throw error(.invalidValue, "the sample has no value") }
            throw hasLabels
                ? error(.invalidValue, "a space must precede the value")
                : error(.invalidMetricName, "this character is not allowed in a metric name")
        }
        let (value, text) = try number("value", .invalidValue)
        var sample = ParsedSample(name: name, labels: labels, value: value, valueText: text, line: number)
        guard isOpenMetrics else {
            skipBlanks()
            guard !isAtEnd else { return sample }
            sample.timestamp = try milliseconds()
            skipBlanks()
            guard isAtEnd else { throw error(.invalidTimestamp, "nothing may follow the timestamp") }
            return sample
        }
        guard !isAtEnd else { return sample }
        advance()
        if current != .hash {
            sample.timestamp = try seconds()
            guard !isAtEnd else { return sample }
            advance()
        }
        sample.exemplar = try exemplar()
        return sample
    }

    // MARK: Numbers

    private mutating func number(
        _ subject: String,
        _ code: ExpositionError.Code
    ) throws(ExpositionError) -> (Double, String) {
        let start = position
        let text = word()
        guard let value = NumberText.value(text) else {
            let problem = text.isEmpty ? "is missing" : "\(text.quoted) is not a number"
            throw error(code, "the \(subject) \(problem)", at: start)
        }
        return (value, String(decoding: text, as: UTF8.self))
    }

    /// Reads a timestamp of Prometheus text.
    private mutating func milliseconds() throws(ExpositionError) -> ParsedTimestamp {
        let start = position
        let text = String(decoding: word(), as: UTF8.self)
        guard let number = Int64(text) else {
            let problem = "the timestamp \(text.debugDescription) is not a whole number of milliseconds"
            throw error(.invalidTimestamp, problem, at: start)
        }
        return ParsedTimestamp(text: text, seconds: Double(number) / 1000)
    }

    /// Reads a timestamp of OpenMetrics.
    private mutating func seconds() throws(ExpositionError) -> ParsedTimestamp {
        let start = position
        let text = word()
        guard let number = NumberText.decimal(text) else {
            throw error(.invalidTimestamp, "the timestamp \(text.quoted) is not a number of seconds", at: start)
        }
        return ParsedTimestamp(text: String(decoding: text, as: UTF8.self), seconds: number)
    }

    private mutating func exemplar() throws(ExpositionError) -> ParsedExemplar {
        guard take(.hash), take(.space), current == UInt8(ascii: "{") else {
            throw error(.invalidExemplar, "an exemplar must begin with \" # {\"")
        }
        let start = position
        var none: String?
        let labels = try readLabels(name: &none, mayHoldName: false)
        // https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md#exemplars
        let length = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
        guard length <= 128 else {
            throw error(.exemplarTooLong, "the exemplar's labels have \(length) code points, more than 128", at: start)
        }
        guard take(.space) else { throw error(.invalidExemplar, "the exemplar has no value") }
        let (value, text) = try number("exemplar's value", .invalidExemplar)
        var exemplar = ParsedExemplar(labels: labels, value: value, valueText: text)
        guard !isAtEnd else { return exemplar }
        advance()
        exemplar.timestamp = try seconds()
        guard isAtEnd else { throw error(.invalidExemplar, "nothing may follow the exemplar") }
        return exemplar
    }

    // MARK: Labels

    /// Reads `{name="value",…}`, in which one element may be the metric's name in quotes.
    private mutating func readLabels(name: inout String?, mayHoldName: Bool) throws(ExpositionError) -> [ParsedLabel] {
        var labels: [ParsedLabel] = []
        var names: Set<[UInt8]> = []
        var mayEnd = true
        advance()
        while true {
            skipBlanks()
            if mayEnd, take(UInt8(ascii: "}")) { return labels }
            let start = position
            var label: String?
            if current == .quote {
                let text = try quotedText(names: .invalidLabelName)
                skipBlanks()
                if current != UInt8(ascii: "="), mayHoldName {
                    guard name == nil, !text.isEmpty else {
                        let problem = text.isEmpty ? "the metric's name is empty" : "the metric already has a name"
                        throw error(.invalidMetricName, problem, at: start)
                    }
                    name = text
                } else {
                    label = text
                }
            } else {
                label = legacyName(allowsColon: false)
                if label == nil {
                    throw error(.invalidLabelName, "expected a label name: [a-zA-Z_][a-zA-Z0-9_]* or quoted")
                }
            }
            if let label {
                guard !label.isEmpty, !label.utf8.starts(with: "__".utf8) else {
                    let problem = label.isEmpty ? "the label's name is empty" : "names that begin with __ are reserved"
                    throw error(.invalidLabelName, problem, at: start)
                }
                guard names.insert(Array(label.utf8)).inserted else {
                    throw error(.duplicateLabel, "the label \(label.debugDescription) is repeated", at: start)
                }
                labels.append(ParsedLabel(label, try labelValue()))
            }
            skipBlanks()
            if take(UInt8(ascii: "}")) { return labels }
            guard take(UInt8(ascii: ",")) else {
                throw error(.invalidLabels, "a comma or a closing brace must follow a label")
            }
            // Only Prometheus text allows a comma after the last label.
            mayEnd = !isOpenMetrics
        }
    }

    private mutating func labelValue() throws(ExpositionError) -> String {
        skipBlanks()
        guard take(UInt8(ascii: "=")) else { throw error(.invalidLabels, "a label's name must be followed by =") }
        skipBlanks()
        guard current == .quote else { throw error(.invalidLabels, "a label's value must begin with a quote") }
        return try quotedText(names: nil)
    }
}
