/** Makes a passkey, or signs in with one: asks the server, then the device, then tells the server what the device said. */

interface Refusal {
  message?: string;
}

export function showPasskey(place: HTMLElement): void {
  const button = place.querySelector('button');
  const said = place.querySelector<HTMLElement>('[role="alert"]');
  // Browsers that cannot read and write what servers speak (all could by 2025) keep the password.
  if (button === null || said === null || typeof PublicKeyCredential?.parseRequestOptionsFromJSON !== 'function') return;
  const { passkey = '', answer = '', then } = place.dataset; // without `then` one is made
  place.hidden = false;

  button.addEventListener('click', () => {
    said.hidden = true;
    button.disabled = true;
    void (async () => {
      try {
        const options = await post(passkey, {});
        const credential = then === undefined ? await make(options) : await show(options);
        const { to } = await post(answer, { answer: credential.toJSON(), then });
        location.assign(String(to));
      } catch (error) {
        said.textContent = inWords(error);
        said.hidden = false;
        button.disabled = false;
      }
    })();
  });

  const post = async (address: string, body: object): Promise<Record<string, unknown>> => {
    const token = place.querySelector<HTMLInputElement>('input[name="csrf_token"]')?.value ?? '';
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token };
    const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
    const told = (await response.json()) as Record<string, unknown> & Refusal;
    if (!response.ok) throw new Error(told.message ?? 'The server could not do this just now.');
    return told;
  };
}

async function make(options: object): Promise<PublicKeyCredential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
}

async function show(options: object): Promise<PublicKeyCredential> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  return (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
}

function inWords(error: unknown): string {
  if (error instanceof DOMException) {
    return error.name === 'InvalidStateError' ? 'This device has a passkey of yours already.' : 'No passkey was used. Try again, or use your password.';
  }
  return error instanceof Error ? error.message : String(error);
}
