#if SQLite
internal import GRDB

extension Row {
    /// The value of a column; nil if there is none, or none of the type: `row[index]` would end the process then, and
    /// what is in a file may be anything.
    func decoded<Value: DatabaseValueConvertible>(_ index: Int, as type: Value.Type) -> Value? {
        Value.fromDatabaseValue(self[index] as DatabaseValue)
    }
}
#endif
