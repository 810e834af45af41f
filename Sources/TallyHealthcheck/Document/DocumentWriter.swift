internal import Tally

/// Writes the providers' states as a document.
struct DocumentWriter {
    struct Contents {
        let status: HealthStatus
        let service: ServiceText
        let sections: [DocumentSection.State]
        /// Seconds since 1970.
        let now: Double
        let uptimeSeconds: Int64
    }

    /// The service's name and version as JSON, and the document's own keys that are public.
    struct ServiceText: Sendable {
        let name: [UInt8]
        let version: [UInt8]
        let publicKeys: Set<[UInt8]>

        init(_ service: ServiceInfo, publicKeys: Set<[UInt8]>) {
            name = JSONWriter.rendered(.string(service.name))
            version = JSONWriter.rendered(.string(service.version))
            self.publicKeys = publicKeys
        }
    }

    private var writer = JSONWriter(capacity: 1024)
    private let contents: Contents
    private let isFull: Bool

    private init(_ contents: Contents, _ detail: HealthDetail) {
        self.contents = contents
        isFull = detail == .full
    }

    static func body(_ contents: Contents, as format: HealthFormat, detail: HealthDetail) -> [UInt8] {
        var document = DocumentWriter(contents, detail)
        switch format.kind {
        case .json: document.writeJSON()
        case .healthJSON: document.writeHealthJSON()
        }
        return document.writer.bytes
    }

    private func shows(_ key: String) -> Bool {
        isFull || contents.service.publicKeys.contains(Array(key.utf8))
    }

    private mutating func write(word: String) {
        writer.write(Array(word.utf8))
        writer.write("\"")
    }

    // MARK: Tally's format

    private mutating func writeJSON() {
        writer.write("{\"status\":\"")
        write(word: contents.status.rawValue)
        if shows("name") {
            writer.write(",\"name\":")
            writer.write(contents.service.name)
        }
        if shows("version") {
            writer.write(",\"version\":")
            writer.write(contents.service.version)
        }
        if shows("now") {
            writer.write(",\"now\":")
            writer.write(time: contents.now)
        }
        if shows("uptimeSeconds") {
            writer.write(",\"uptimeSeconds\":")
            writer.write(integer: contents.uptimeSeconds)
        }
        for state in contents.sections {
            for (index, key) in state.section.keys.enumerated() where isFull || key.isPublic {
                writer.write(key.json)
                write(value: state.values?[index])
            }
        }
        if isFull { writeChecks() }
        writer.write("}")
    }

    private mutating func write(value: [UInt8]?) {
        if let value { writer.write(value) } else { writer.write("null") }
    }

    private mutating func writeChecks() {
        writer.write(",\"checks\":{")
        var isFirst = true
        for state in contents.sections {
            guard let view = state.view, case .check(let check) = state.section.source else { continue }
            if !isFirst { writer.write(",") }
            isFirst = false
            writer.write(state.section.checkHead)
            write(word: view.status.rawValue)
            if let reason = view.reason {
                writer.write(",\"reason\":\"")
                write(word: reason.rawValue)
            }
            writer.write(check.policy.critical ? ",\"critical\":true" : ",\"critical\":false")
            if let outcome = view.outcome {
                writer.write(",\"durationMilliseconds\":")
                writer.write(number: Self.milliseconds(outcome.took))
                writer.write(",\"time\":")
                writer.write(time: outcome.wall)
            }
            writer.write("}")
        }
        writer.write("}")
    }

    /// Rounds to microseconds, because more digits are noise.
    private static func milliseconds(_ duration: Duration) -> Double {
        (duration.inSeconds * 1e6).rounded() / 1e3
    }

    // MARK: The IETF draft's format

    private mutating func writeHealthJSON() {
        writer.write("{\"status\":\"")
        write(word: contents.status.draftWord)
        if shows("name") {
            writer.write(",\"serviceId\":")
            writer.write(contents.service.name)
        }
        if shows("version") {
            // The draft's `version` is that of an interface; `releaseId` is that of the running service.
            writer.write(",\"releaseId\":")
            writer.write(contents.service.version)
        }
        writer.write(",\"checks\":{")
        if isFull { writeMeasurements() } else { writePublicMeasurements() }
        writer.write("}}")
    }

    private mutating func writeMeasurements() {
        writer.write("\"uptime\":[{\"componentType\":\"system\",\"observedValue\":")
        writer.write(integer: contents.uptimeSeconds)
        writer.write(",\"observedUnit\":\"s\"")
        writeMeasurementEnd(nil)
        for state in contents.sections {
            for (index, key) in state.section.keys.enumerated() {
                writer.write(",")
                writer.write(key.healthJSON)
                write(value: state.values?[index])
                writer.write(key.unit)
                writeMeasurementEnd(state.view)
            }
            guard state.section.keys.isEmpty, let view = state.view else { continue }
            writer.write(",")
            writer.write(state.section.timeHead)
            if let outcome = view.outcome {
                writer.write(number: Self.milliseconds(outcome.took))
            } else {
                writer.write("null")
            }
            writer.write(",\"observedUnit\":\"ms\"")
            writeMeasurementEnd(view)
        }
    }

    private mutating func writeMeasurementEnd(_ view: CheckState.View?) {
        writer.write(",\"status\":\"")
        write(word: (view?.status ?? .ok).draftWord)
        writer.write(",\"time\":")
        writer.write(time: view?.outcome?.wall ?? contents.now)
        if let reason = view?.reason {
            writer.write(",\"output\":\"")
            write(word: reason.rawValue)
        }
        writer.write("}]")
    }

    /// Writes the public keys' values under the keys alone. A provider's name, state, reason and times are for
    /// operators.
    private mutating func writePublicMeasurements() {
        var isFirst = true
        if shows("uptimeSeconds") {
            // A provider's public key `uptime` would be a second member of that name.
            let isTaken = contents.sections.contains { $0.section.keys.contains { $0.isPublic && $0.name == "uptime" } }
            writer.write(isTaken ? "\"uptimeSeconds\"" : "\"uptime\"")
            writer.write(":[{\"componentType\":\"system\",\"observedValue\":")
            writer.write(integer: contents.uptimeSeconds)
            writer.write(",\"observedUnit\":\"s\"}]")
            isFirst = false
        }
        for state in contents.sections {
            for (index, key) in state.section.keys.enumerated() where key.isPublic {
                if !isFirst { writer.write(",") }
                isFirst = false
                writer.write(key.publicHealthJSON)
                write(value: state.values?[index])
                writer.write(key.unit)
                writer.write("}]")
            }
        }
    }
}
