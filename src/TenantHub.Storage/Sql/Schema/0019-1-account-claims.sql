-- Whose an Autodesk account is (IAccountClaims). The index account_claims_holder makes one owner its holder.
CREATE TABLE account_claims(
    client_id TEXT NOT NULL,
    acc_account_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY(client_id, acc_account_id, owner_id));
CREATE UNIQUE INDEX account_claims_holder ON account_claims(client_id, acc_account_id) WHERE state = 'holder';
CREATE INDEX account_claims_contested ON account_claims(since) WHERE state <> 'holder';
