/// The rules of Prometheus text for one sample of a typed family.
struct PrometheusTextRules {
    let family: ParsedFamily
    let sample: ParsedSample
    let suffix: String

    func check() throws(ExpositionError) {
        switch (family.kind, suffix) {
        case (.histogram, "_bucket"):
            try sample.checkBound()
            try sample.checkCount()
        case (.histogram, "_count"): try sample.checkCount()
        case (.summary, ""): _ = try sample.number(inLabel: "quantile")
        default: break
        }
    }
}

/// The rules of OpenMetrics for one sample of a typed family.
///
/// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md#metric-types
struct OpenMetricsRules {
    let family: ParsedFamily
    let sample: ParsedSample
    let suffix: String

    func check() throws(ExpositionError) {
        try checkLabels()
        try checkValue()
        try checkExemplar()
    }

    private func checkLabels() throws(ExpositionError) {
        switch (family.kind, suffix) {
        case (.histogram, "_bucket"), (.gaugeHistogram, "_bucket"): try sample.checkBound()
        case (.histogram, _), (.gaugeHistogram, _): try sample.checkHasNo("le")
        case (.summary, ""):
            let quantile = try sample.number(inLabel: "quantile")
            guard (0...1).contains(quantile) else {
                throw sample.failure(.invalidTypeLabel, "the quantile is \(quantile), but must be from 0 to 1")
            }
        case (.summary, _): try sample.checkHasNo("quantile")
        case (.stateset, _):
            guard sample[label: family.name] != nil else {
                throw sample.failure(.invalidTypeLabel, "the label \(family.name), which holds the state, is missing")
            }
        default: break
        }
    }

    private func checkValue() throws(ExpositionError) {
        let value = sample.value
        switch (family.kind, suffix) {
        case (.stateset, _):
            guard value == 0 || value == 1 else {
                throw sample.invalid("the value of a state", "be 0 or 1")
            }
        case (.info, _):
            guard value == 1 else { throw sample.invalid("the value of an info", "be 1") }
        case (.summary, ""):
            guard value.isNaN || value >= 0 else {
                throw sample.invalid("the value of a quantile", "not be negative")
            }
        case (_, "_bucket"), (_, "_count"), (_, "_gcount"):
            try sample.checkCount()
            guard value.isFinite, value.rounded() == value else {
                throw sample.invalid("a count", "be a whole number")
            }
        case (_, "_total"), (_, "_sum"):
            guard value >= 0 else {
                throw sample.invalid("a counter or sum", "be neither negative nor NaN")
            }
        case (_, "_gsum"):
            guard !value.isNaN else { throw sample.failure(.invalidTypeValue, "a sum must not be NaN") }
        case (_, "_created"):
            guard value.isFinite else { throw sample.invalid("a creation time", "be finite") }
        default: break
        }
    }

    private func checkExemplar() throws(ExpositionError) {
        guard let exemplar = sample.exemplar else { return }
        switch (family.kind, suffix) {
        case (.counter, "_total"): break
        case (.histogram, "_bucket"), (.gaugeHistogram, "_bucket"):
            guard exemplar.value > (try sample.number(inLabel: "le")) else { return }
            let bound = sample[label: "le"] ?? ""
            let problem = "the exemplar's value \(exemplar.valueText) is above its bucket's bound \(bound)"
            throw sample.failure(.invalidExemplar, problem)
        default:
            throw sample.failure(.misplacedExemplar, "only buckets and the totals of counters may have exemplars")
        }
    }
}

extension ParsedSample {
    fileprivate func failure(_ code: ExpositionError.Code, _ problem: String) -> ExpositionError {
        ExpositionError(code, line: line, problem)
    }

    fileprivate func invalid(_ subject: String, _ rule: String) -> ExpositionError {
        failure(.invalidTypeValue, "\(subject) is \(valueText), but must \(rule)")
    }

    fileprivate func number(inLabel label: String) throws(ExpositionError) -> Double {
        guard let text = self[label: label] else {
            throw failure(.invalidTypeLabel, "the label \(label) is missing")
        }
        guard let number = NumberText.value(Array(text.utf8)[...]), !number.isNaN else {
            throw failure(.invalidTypeLabel, "the label \(label) is \(text.debugDescription), but must be a number")
        }
        return number
    }

    /// Positive infinity must be written `+Inf`. Other bounds may have any spelling.
    fileprivate func checkBound() throws(ExpositionError) {
        let bound = try number(inLabel: "le")
        guard bound != .infinity || self[label: "le"] == "+Inf" else {
            let text = self[label: "le"] ?? ""
            throw failure(.invalidTypeLabel, "the bound of the last bucket is \(text), but must be written +Inf")
        }
    }

    fileprivate func checkCount() throws(ExpositionError) {
        guard value >= 0 else { throw invalid("a count", "be neither negative nor NaN") }
    }

    fileprivate func checkHasNo(_ label: String) throws(ExpositionError) {
        guard self[label: label] == nil else {
            throw failure(.invalidTypeLabel, "this sample must not have the label \(label)")
        }
    }
}
