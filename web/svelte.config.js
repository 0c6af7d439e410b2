// Nothing to configure; svelte-check and the editor look for this file.
export default {}
