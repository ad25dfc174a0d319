import io

from odoo import api, fields, models, tools

from ..tools import history

#: PostgreSQL's type of each kind of column in the table that COPY fills
COPIED_AS = {
    history.TEXT: "text",
    history.TIME: "double precision",
    history.SECONDS: "double precision",
    history.INTEGER: "bigint",
    history.JSON: "jsonb",
}


class AsteriskRecordMixin(models.AbstractModel):
    """Rows copied from the PBX's own records: as they are, each once, by the thousand."""

    _name = "asterisk.record.mixin"
    _description = "Copied Record of a PBX"
    _log_access = False

    #: which `tools.history.Format` the rows have
    _format = None

    server_id = fields.Many2one("asterisk.server", string="PBX", required=True, readonly=True, ondelete="cascade")
    row_key = fields.Char(string="Key", required=True, readonly=True, help="What tells this row from all others.")

    @api.model
    def _import_rows(self, server, columns, rows):
        """Store what is not there yet (docs/contract.md, ``cdr`` and ``cel``). Needs sudo.

        :param server: the PBX the rows come from
        :param list columns: what each row's values are
        :param list rows: lists of values as JSON gave them
        :return: ``(answer, linkedids)``: the contract's answer, and the linkedids of which rows are new
        """
        lines, refused = self._format.checked(columns, rows)
        linkedids, imported = [], 0
        if lines:
            staging = self._staging_table()
            self.env.cr._obj.copy_expert(
                f"COPY {staging} FROM STDIN",
                io.StringIO("".join(lines)),  # pylint: disable=sql-injection
            )
            self.env.cr.execute(self._insert_query(staging, server))
            found = self.env.cr.fetchall()
            linkedids, imported = [row[0] for row in found], sum(row[1] for row in found)
            self.invalidate_model()
        known = len(lines) - imported
        return {"imported": imported, "known": known, "refused": refused}, linkedids

    @api.model
    def _staging_table(self):
        """Return the name of an empty table of this connection with the columns of a COPY."""
        name = f"{self._table}_staging"
        columns = ["row_key text", *(f'"{c}" {COPIED_AS[kind]}' for c, (kind, _length) in self._format.columns.items())]
        definition = ", ".join(columns)
        # One a connection and not one a request: each would leave rows behind in PostgreSQL's own tables.
        query = f"CREATE TEMP TABLE IF NOT EXISTS {name} ({definition}) ON COMMIT DELETE ROWS"
        self.env.cr.execute(query)  # pylint: disable=sql-injection
        self.env.cr.execute(f"TRUNCATE {name}")  # pylint: disable=sql-injection
        return name

    @api.model
    def _insert_query(self, staging, server):
        names, values = [], []
        for name, (kind, _length) in self._format.columns.items():
            column = tools.SQL.identifier(name)
            names.append(column)
            at = tools.SQL("to_timestamp(%s) AT TIME ZONE 'UTC'", column)
            values.append(at if kind is history.TIME else column)
        return tools.SQL(
            """
            WITH fresh AS (
                INSERT INTO %(table)s (server_id, row_key, %(names)s)
                SELECT %(server)s, row_key, %(values)s FROM %(staging)s
                    ON CONFLICT (server_id, row_key) DO NOTHING
             RETURNING linkedid)
            SELECT linkedid, count(*) FROM fresh GROUP BY linkedid
            """,
            table=tools.SQL.identifier(self._table),
            names=tools.SQL(", ").join(names),
            values=tools.SQL(", ").join(values),
            staging=tools.SQL.identifier(staging),
            server=server.id,
        )

    @api.model
    def _unknown_keys(self, server, keys):
        """Return the places of the keys of which this PBX has no row yet."""
        # A look into the index of keys each: LIMIT keeps the planner from joining, which reads the whole table, the sum
        # from an index that begins with the PBX, of whose number of rows it may know nothing yet.
        self.env.cr.execute(
            tools.SQL(
                """
                SELECT (asked.place - 1)::int FROM unnest(%(keys)s) WITH ORDINALITY AS asked(row_key, place)
                 WHERE (SELECT true FROM %(table)s t
                         WHERE t.row_key = asked.row_key AND t.server_id + 0 = %(server)s LIMIT 1) IS NULL
                 ORDER BY asked.place
                """,
                keys=list(keys),
                table=tools.SQL.identifier(self._table),
                server=server.id,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]
